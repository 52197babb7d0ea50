from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_staff'),
    ]

    operations = [
        migrations.AddField(
            model_name='workspace',
            name='longest_run',
            field=models.DurationField(blank=True, null=True),
        ),
    ]
