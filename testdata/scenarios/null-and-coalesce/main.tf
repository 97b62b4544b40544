provider "google" {
  project = "pearl-lab"
  region  = "europe-north1"
}


variable "name" {
  type    = string
  default = null
}

variable "ranges" {
  type    = list(string)
  default = null
}

variable "routing" {
  default = ""
}

locals {
  name = coalesce(var.name, "", "fallback")
}

resource "google_compute_network" "main" {
  name                    = local.name
  auto_create_subnetworks = var.ranges == null ? null : false
  routing_mode            = var.routing != "" ? var.routing : null
  mtu                     = try(tonumber("no"), null)
  description             = join("/", compact([var.name, local.name, var.routing]))
}

resource "google_compute_firewall" "main" {
  name               = "${local.name}-in"
  network            = google_compute_network.main.name
  priority           = null
  source_ranges      = coalescelist(var.ranges == null ? [] : var.ranges, ["10.0.0.0/8"])
  destination_ranges = var.ranges
  disabled           = var.name == null && var.ranges == null
  allow {
    protocol = "tcp"
    ports    = null
  }
}
