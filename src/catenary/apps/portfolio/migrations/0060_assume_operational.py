from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("portfolio", "0021_workshop_append_only")]

    operations = [
        migrations.AddField(
            model_name="service",
            name="assume_operational",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
