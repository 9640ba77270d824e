from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("monitoring", "0091_marks_are_not_looked_up")]

    operations = [
        migrations.CreateModel(
            name="Belated",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("services", models.TextField()),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("slice_until", models.DateTimeField(null=True)),
                ("spread_to", models.BigIntegerField(default=0)),
            ],
        ),
    ]
