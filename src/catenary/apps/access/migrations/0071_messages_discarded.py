"""One more word for what may happen: an operator discards messages. No column changes."""

import catenary.apps.access.choices
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0070_inlet_taken_back'),
    ]

    operations = [
        migrations.AlterField(
            model_name='accessevent',
            name='kind',
            field=models.CharField(choices=[(catenary.apps.access.choices.Happening['SIGNED_IN'], catenary.apps.access.choices.Happening['SIGNED_IN']), (catenary.apps.access.choices.Happening['SIGN_IN_FAILED'], catenary.apps.access.choices.Happening['SIGN_IN_FAILED']), (catenary.apps.access.choices.Happening['SIGN_IN_DELAYED'], catenary.apps.access.choices.Happening['SIGN_IN_DELAYED']), (catenary.apps.access.choices.Happening['SIGNED_OUT'], catenary.apps.access.choices.Happening['SIGNED_OUT']), (catenary.apps.access.choices.Happening['PASSWORD_CHANGED'], catenary.apps.access.choices.Happening['PASSWORD_CHANGED']), (catenary.apps.access.choices.Happening['ACCOUNT_OPENED'], catenary.apps.access.choices.Happening['ACCOUNT_OPENED']), (catenary.apps.access.choices.Happening['ACCOUNT_CLOSED'], catenary.apps.access.choices.Happening['ACCOUNT_CLOSED']), (catenary.apps.access.choices.Happening['SESSION_ENDED'], catenary.apps.access.choices.Happening['SESSION_ENDED']), (catenary.apps.access.choices.Happening['TOKEN_ISSUED'], catenary.apps.access.choices.Happening['TOKEN_ISSUED']), (catenary.apps.access.choices.Happening['TOKEN_REVOKED'], catenary.apps.access.choices.Happening['TOKEN_REVOKED']), (catenary.apps.access.choices.Happening['FACTOR_ADDED'], catenary.apps.access.choices.Happening['FACTOR_ADDED']), (catenary.apps.access.choices.Happening['FACTOR_REMOVED'], catenary.apps.access.choices.Happening['FACTOR_REMOVED']), (catenary.apps.access.choices.Happening['RECOVERY_CODES_MADE'], catenary.apps.access.choices.Happening['RECOVERY_CODES_MADE']), (catenary.apps.access.choices.Happening['FACTOR_ASKED'], catenary.apps.access.choices.Happening['FACTOR_ASKED']), (catenary.apps.access.choices.Happening['FACTOR_NOT_ASKED'], catenary.apps.access.choices.Happening['FACTOR_NOT_ASKED']), (catenary.apps.access.choices.Happening['IDENTITY_LINKED'], catenary.apps.access.choices.Happening['IDENTITY_LINKED']), (catenary.apps.access.choices.Happening['IDENTITY_UNLINKED'], catenary.apps.access.choices.Happening['IDENTITY_UNLINKED']), (catenary.apps.access.choices.Happening['INLET_OPENED'], catenary.apps.access.choices.Happening['INLET_OPENED']), (catenary.apps.access.choices.Happening['INLET_CHANGED'], catenary.apps.access.choices.Happening['INLET_CHANGED']), (catenary.apps.access.choices.Happening['INLET_CLOSED'], catenary.apps.access.choices.Happening['INLET_CLOSED']), (catenary.apps.access.choices.Happening['INLET_TAKEN_BACK'], catenary.apps.access.choices.Happening['INLET_TAKEN_BACK']), (catenary.apps.access.choices.Happening['MESSAGES_DISCARDED'], catenary.apps.access.choices.Happening['MESSAGES_DISCARDED'])], max_length=24),
        ),
    ]
