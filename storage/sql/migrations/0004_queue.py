from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('records', '0003_staff')]

    initial = False

    operations = [
        ops.CreateModel(
            name='CaseLookup',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('case_no', fields.CharField(db_index=True, max_length=32)),
                ('digest', fields.CharField(db_index=True, max_length=80)),
            ],
            options={'table': 'case_lookups', 'app': 'records', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='ItemRow',
            name='area',
            field=fields.CharField(default='', max_length=12),
        ),
    ]
