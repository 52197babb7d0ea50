from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('runs', '0013_column_defaults'),
    ]

    operations = [
        migrations.AddField(
            model_name='run',
            name='addresses',
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AddField(
            model_name='run',
            name='unproved_rate',
            field=models.FloatField(null=True),
        ),
    ]
