variable "ranges" {
  default = ["192.168.0.0/16"]
}

locals {
  prefix = "changed"
}

resource "google_compute_firewall" "in" {
  priority = 600
  allow {
    protocol = "tcp"
    ports    = ["443"]
  }
}
