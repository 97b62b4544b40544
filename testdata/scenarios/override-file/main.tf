provider "google" {
  project = "pearl-lab"
  region  = "europe-north1"
}


variable "ranges" {
  type    = list(string)
  default = ["10.0.0.0/8"]
}

locals {
  prefix = "base"
}

resource "google_compute_firewall" "in" {
  name          = "${local.prefix}-in"
  network       = "quay"
  priority      = 500
  source_ranges = var.ranges
  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
  allow {
    protocol = "icmp"
  }
  lifecycle {
    ignore_changes = [description]
  }
}
