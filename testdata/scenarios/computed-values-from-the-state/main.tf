provider "google" {
  project = "pearl-lab"
  region  = "europe-north1"
}


data "google_project" "this" {}

resource "google_compute_network" "main" {
  name                    = "quay"
  auto_create_subnetworks = false
}

module "subnet" {
  source  = "./subnet"
  network = google_compute_network.main
}

resource "google_compute_firewall" "in" {
  name          = "in-${data.google_project.this.number}"
  network       = module.subnet.network
  source_ranges = [module.subnet.gateway, "${cidrhost(module.subnet.range, 9)}/32"]
  description   = google_compute_network.main.numeric_id
  allow {
    protocol = "tcp"
  }
}
