from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('runs', '0010_levels'),
    ]

    operations = [
        migrations.AddField(
            model_name='run',
            name='additions',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='run',
            name='presence',
            field=models.JSONField(default=dict),
        ),
    ]
