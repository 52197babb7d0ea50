from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0014_unproved_share"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                condition=models.Q(("deleted__isnull", False)),
                fields=["deleted"],
                name="runs_to_be_removed",
            ),
        ),
    ]
