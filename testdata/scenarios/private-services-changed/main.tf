provider "google" {
  project = "acme-test"
  region  = "europe-west1"
}

resource "google_compute_network" "main" {
  name                    = "main"
  auto_create_subnetworks = false
}

resource "google_compute_global_address" "services" {
  name          = "services"
  purpose       = "VPC_PEERING"
  address_type  = "INTERNAL"
  prefix_length = 16
  network       = "projects/acme-test/global/networks/main"
  labels        = { team = "core" }
}

resource "google_compute_global_address" "web" {
  name       = "web"
  ip_version = "IPV4"
}

resource "google_service_networking_connection" "services" {
  network                 = "main"
  service                 = "servicenetworking.googleapis.com"
  reserved_peering_ranges = ["more", google_compute_global_address.services.name]
}
