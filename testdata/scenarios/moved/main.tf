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

moved {
  from = google_vpc_access_connector.old
  to   = google_vpc_access_connector.run
}
