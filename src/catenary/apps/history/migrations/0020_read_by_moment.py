"""What changed is read newest first: over everything, and within one change."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("history", "0004_calendar_kind"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="revision",
            index=models.Index(fields=["starts_at", "id"], name="history_by_moment"),
        ),
        migrations.AddIndex(
            model_name="revision",
            index=models.Index(fields=["change", "kind", "id"], name="history_of_change"),
        ),
    ]
