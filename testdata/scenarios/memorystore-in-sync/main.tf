provider "google" {
  project = "acme-test"
  region  = "europe-west1"
}

resource "google_memorystore_instance" "catalog" {
  instance_id = "catalog"
  location    = "europe-west1"
  shard_count = 2

  desired_auto_created_endpoints {
    network    = "projects/acme-test/global/networks/main"
    project_id = "acme-test"
  }

  engine_configs = {
    maxmemory-policy = "volatile-ttl"
  }

  persistence_config {
    mode = "AOF"

    aof_config {
      append_fsync = "EVERY_SEC"
    }
  }
}
