"""Changes remember which version of the catalogue they made."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("history", "0002_append_only"),
    ]

    operations = [
        migrations.AddField(
            model_name="change",
            name="version",
            field=models.BigIntegerField(null=True),
        ),
    ]
