import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_shield'),
        ('targets', '0005_fields_and_profiles'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Block',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('host', models.CharField(max_length=253, unique=True)),
                ('reason', models.CharField(max_length=300)),
                ('created', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('host',),
            },
        ),
        migrations.CreateModel(
            name='Ownership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('host', models.CharField(max_length=253)),
                ('port', models.PositiveIntegerField()),
                ('is_of_host', models.BooleanField(default=False)),
                ('way', models.CharField(blank=True, choices=[('file', 'A file on its web server'), ('echo', 'A header that the endpoint answers with'), ('dns', 'A TXT record'), ('mqtt', 'A message on a topic'), ('cloud', 'An endpoint of your cloud account')], max_length=5)),
                ('proved', models.DateTimeField(null=True)),
                ('expires', models.DateTimeField(null=True)),
                ('checked', models.DateTimeField(null=True)),
                ('result', models.CharField(blank=True, max_length=500)),
                ('went_well', models.BooleanField(default=False)),
                ('asked', models.DateTimeField(null=True)),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('target', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to='targets.target')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ownerships', to='accounts.workspace')),
            ],
            options={
                'ordering': ('host', 'port'),
                'constraints': [models.UniqueConstraint(fields=('workspace', 'host', 'port'), name='ownership_place_once')],
            },
        ),
    ]
