provider "google" {
  project = "acme-test"
  region  = "europe-west1"
}

resource "google_compute_route" "internet" {
  name             = "internet"
  network          = "main"
  dest_range       = "0.0.0.0/0"
  next_hop_gateway = "default-internet-gateway"
  tags             = ["egress", "web"]
}

resource "google_compute_route" "proxy" {
  name                   = "proxy"
  network                = "main"
  dest_range             = "10.40.0.0/16"
  next_hop_instance      = "proxy"
  next_hop_instance_zone = "europe-west1-b"
  priority               = 100
}

resource "google_compute_route" "balancer" {
  name         = "balancer"
  network      = "main"
  dest_range   = "10.50.0.0/16"
  next_hop_ilb = "10.0.0.9"
}
