terraform {
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 6.0"
    }
  }
}

provider "google" {
  project = "acme-test"
  region  = "europe-west1"
}

resource "google_compute_network" "main" {
  name                    = "main"
  auto_create_subnetworks = false
}

resource "google_vpc_access_connector" "run" {
  name          = "run-egress"
  network       = google_compute_network.main.name
  ip_cidr_range = "10.8.0.0/28"
  machine_type  = "e2-micro"
  min_instances = 2
  max_instances = 3
}

resource "google_cloud_run_v2_service" "api" {
  name     = "api"
  location = "europe-west1"

  template {
    service_account = "run@acme-test.iam.gserviceaccount.com"

    scaling {
      min_instance_count = 1
    }

    containers {
      image = "europe-docker.pkg.dev/acme-test/app/api:1"
      env {
        name  = "MODE"
        value = "test"
      }
    }

    vpc_access {
      connector = google_vpc_access_connector.run.id
      egress    = "PRIVATE_RANGES_ONLY"
    }
  }
}
