provider "google" {
  project = "pearl-lab"
  region  = "europe-north1"
}


data "google_compute_zones" "here" {}

resource "google_compute_global_address" "zone" {
  count = length(data.google_compute_zones.here.names)
  name  = "zone-${count.index}"
}

resource "google_compute_global_address" "front" {
  name        = "front"
  description = "in ${length(data.google_compute_zones.here.names)} zones"
}
