from django.db import migrations, models

import catenary.apps.common.models


class Migration(migrations.Migration):

    dependencies = [("monitoring", "0030_inlets")]

    operations = [
        migrations.CreateModel(
            name="PackedChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kept_at", models.DateTimeField()),
                ("services", models.IntegerField()),
                ("spread_to", models.BigIntegerField(default=0)),
                ("digest", catenary.apps.common.models.PlainText(max_length=32)),
                ("content", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="Followed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("revision_id", models.BigIntegerField()),
                ("version", models.BigIntegerField()),
            ],
        ),
    ]
