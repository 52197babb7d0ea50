from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('alerts', '0002_refused_starts'),
    ]

    operations = [
        migrations.AlterField(
            model_name='incident',
            name='kind',
            field=models.CharField(choices=[('silent', 'Nothing sent'), ('failures', 'Failures'), ('lateness', 'Late sends'), ('limited', 'Generator-limited'), ('unconnected', 'Not all connected'), ('ended', 'Ended early'), ('dropped', 'Records dropped'), ('no_data', 'No data'), ('quota', 'Quota nearly used up'), ('storage', 'Log storage nearly full'), ('refused', 'A scheduled start was refused'), ('queue', 'Jobs wait'), ('towers', 'Shards wait for a tower'), ('dead_towers', 'Dead towers'), ('mail', 'Mails wait'), ('mail_quota', 'Mail quota nearly used up'), ('connections', 'Database connections'), ('redis_memory', 'Redis memory'), ('part', 'A part does not answer'), ('clock', 'The clock is silent'), ('scaling', 'Dynos cannot be scaled'), ('platform', 'The platform has an incident')], max_length=12),
        ),
        migrations.AlterField(
            model_name='rule',
            name='kind',
            field=models.CharField(choices=[('silent', 'Nothing sent'), ('failures', 'Failures'), ('lateness', 'Late sends'), ('limited', 'Generator-limited'), ('unconnected', 'Not all connected'), ('ended', 'Ended early'), ('dropped', 'Records dropped'), ('no_data', 'No data'), ('quota', 'Quota nearly used up'), ('storage', 'Log storage nearly full'), ('refused', 'A scheduled start was refused'), ('queue', 'Jobs wait'), ('towers', 'Shards wait for a tower'), ('dead_towers', 'Dead towers'), ('mail', 'Mails wait'), ('mail_quota', 'Mail quota nearly used up'), ('connections', 'Database connections'), ('redis_memory', 'Redis memory'), ('part', 'A part does not answer'), ('clock', 'The clock is silent'), ('scaling', 'Dynos cannot be scaled'), ('platform', 'The platform has an incident')], max_length=12),
        ),
    ]
