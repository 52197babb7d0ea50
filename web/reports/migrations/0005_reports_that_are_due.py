from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0004_standing"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="report",
            index=models.Index(
                condition=models.Q(("state__in", ["queued", "running"])),
                fields=["created"],
                name="reports_that_are_due",
            ),
        ),
    ]
