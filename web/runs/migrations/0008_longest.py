from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('runs', '0007_surviving'),
    ]

    operations = [
        migrations.AddField(
            model_name='run',
            name='longest',
            field=models.DurationField(null=True),
        ),
    ]
