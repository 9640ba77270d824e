

import catenary.apps.common.models
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('common', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='IdempotencyKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account_id', models.BigIntegerField()),
                ('key', catenary.apps.common.models.PlainText(max_length=200)),
                ('fingerprint', models.CharField(max_length=32)),
                ('status', models.SmallIntegerField(null=True)),
                ('answer', models.TextField(blank=True)),
                ('claimed_at', models.DateTimeField(db_index=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('account_id', 'key'), name='common_idempotency_key')],
            },
        ),
    ]
