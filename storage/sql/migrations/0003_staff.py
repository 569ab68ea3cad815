from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('records', '0002_reminders')]

    initial = False

    operations = [
        ops.CreateModel(
            name='AuditRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('member', fields.CharField(db_index=True, max_length=64)),
                ('what', fields.CharField(max_length=64)),
                ('case_no', fields.CharField(default='', db_index=True, max_length=32)),
                ('item', fields.CharField(default='', max_length=64)),
                ('detail', fields.TextField(unique=False)),
            ],
            options={'table': 'audit', 'app': 'records', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='StaffRow',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('login', fields.CharField(unique=True, max_length=64)),
                ('name_sealed', fields.BinaryField()),
                ('role', fields.CharField(max_length=16)),
                ('province', fields.CharField(max_length=32)),
                ('level', fields.CharField(max_length=16)),
                ('area', fields.CharField(max_length=12)),
                ('department', fields.CharField(default='', max_length=64)),
                ('office', fields.CharField(default='', max_length=64)),
                ('active', fields.BooleanField(default=True)),
                ('password_hash', fields.CharField(max_length=200)),
                ('totp_sealed', fields.BinaryField()),
                ('last_step', fields.BigIntField(default=0)),
                ('failures', fields.IntField(default=0)),
                ('paused_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'staff', 'app': 'records', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='StaffSession',
            fields=[
                ('token', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('member', fields.CharField(db_index=True, max_length=64)),
                ('began_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('used_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'staff_sessions', 'app': 'records', 'pk_attr': 'token'},
            bases=['Model'],
        ),
    ]
