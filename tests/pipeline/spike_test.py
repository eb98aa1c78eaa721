import time
from dagster import DagsterInstance
from cryptography.fernet import Fernet
def test_a(database_url, tmp_path, monkeypatch):
    for k,v in dict(WORKSIGHTS_ZOOM_HOME=str(tmp_path),DATABASE_URL=database_url,ENCRYPTION_KEY=Fernet.generate_key().decode(),ZOOM_CLIENT_ID="c",ZOOM_CLIENT_SECRET="s").items():
        monkeypatch.setenv(k,v)
    t=time.time()
    from orchestration.definitions import defs
    job=defs().resolve_job_def("zoom_batch")
    print("defs",time.time()-t)
    for i in range(3):
        t=time.time()
        with DagsterInstance.ephemeral() as instance:
            r=job.execute_in_process(instance=instance, raise_on_error=True)
        print(i,time.time()-t, r.success)
def test_b(database_url, tmp_path, monkeypatch):
    test_a(database_url,tmp_path,monkeypatch)
