from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('runs', '0011_growing'),
    ]

    operations = [
        migrations.AddField(
            model_name='run',
            name='hosts',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='run',
            name='is_unproved',
            field=models.BooleanField(default=False),
        ),
    ]
