terraform {
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 3.57.0"
    }
  }
}

provider "google" {
  project = "pearl-lab"
  region  = "europe-north1"
}


resource "google_sql_database_instance" "replica" {
  name                 = "replica"
  region               = "europe-north1"
  master_instance_name = "primary"
  settings {
    tier                   = "db-n1-standard-1"
    crash_safe_replication = true
    replication_type       = "SYNCHRONOUS"
  }
}
