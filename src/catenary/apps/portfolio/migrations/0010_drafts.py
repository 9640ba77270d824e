from django.conf import settings
from django.db import migrations, models
import django.db.models.deletion

import catenary.apps.common.models


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("portfolio", "0002_search"),
    ]

    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("reference", catenary.apps.common.models.PlainText(blank=True, max_length=330)),
                ("title", models.CharField(blank=True, max_length=200)),
                ("digest", models.CharField(blank=True, max_length=32)),
                ("state", models.TextField()),
                ("saved_at", models.DateTimeField(db_index=True)),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account", "kind", "reference"), name="portfolio_draft_once"),
                ],
            },
        ),
    ]
