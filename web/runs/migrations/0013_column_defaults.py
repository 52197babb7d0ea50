from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('runs', '0012_hosts'),
    ]

    operations = [
        migrations.AlterField(
            model_name='run',
            name='additions',
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AlterField(
            model_name='run',
            name='hosts',
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AlterField(
            model_name='run',
            name='is_unproved',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name='run',
            name='presence',
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
    ]
