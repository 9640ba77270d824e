"""The address of a calendar feed is about a calendar, or about nothing: of maintenance."""

from django.db import migrations

import catenary.apps.common.models


class Migration(migrations.Migration):
    dependencies = [("calendars", "0010_feed_addresses")]

    operations = [
        # Says what the code says; the column stays as it is.
        migrations.AlterField(
            model_name="feedaddress",
            name="about",
            field=catenary.apps.common.models.PlainText(max_length=210, blank=True),
        ),
    ]
