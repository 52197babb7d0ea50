from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Scaled',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('process', models.CharField(choices=[('worker', 'Workers (towers)'), ('web', 'Web (console)')], max_length=10, unique=True)),
                ('looked', models.DateTimeField(null=True)),
                ('memory', models.JSONField(default=dict)),
                ('quantity', models.PositiveIntegerField(null=True)),
                ('size', models.CharField(blank=True, max_length=30)),
                ('target', models.PositiveIntegerField(null=True)),
                ('draining', models.JSONField(default=list)),
                ('draining_since', models.DateTimeField(null=True)),
                ('not_before', models.DateTimeField(null=True)),
                ('month', models.CharField(blank=True, max_length=7)),
                ('spent', models.FloatField(default=0.0)),
            ],
        ),
        migrations.CreateModel(
            name='Choice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('process', models.CharField(choices=[('worker', 'Workers (towers)'), ('web', 'Web (console)')], max_length=10)),
                ('at', models.DateTimeField()),
                ('action', models.CharField(choices=[('out', 'out'), ('in', 'in'), ('hold', 'hold')], max_length=4)),
                ('quantity', models.PositiveIntegerField(null=True)),
                ('target', models.PositiveIntegerField(null=True)),
                ('reason', models.CharField(max_length=500)),
                ('outcome', models.CharField(blank=True, max_length=300)),
                ('advice', models.CharField(blank=True, max_length=500)),
                ('wanted', models.PositiveIntegerField(null=True)),
                ('leased', models.PositiveIntegerField(null=True)),
                ('needed', models.PositiveIntegerField(null=True)),
                ('age', models.FloatField(null=True)),
                ('lateness', models.FloatField(null=True)),
                ('timeouts', models.FloatField(null=True)),
            ],
            options={
                'ordering': ['-at', '-id'],
                'indexes': [models.Index(fields=['process', '-at'], name='choices_of_a_process'), models.Index(fields=['action', 'at'], name='choices_by_action')],
            },
        ),
    ]
