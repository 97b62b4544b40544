provider "google" {
  project = "pearl-lab"
  region  = "europe-north1"
}


variable "size" {
  type = string
}

variable "rules" {
  type    = list(object({ ports = list(string) }))
  default = []
}

locals {
  sizes  = { small = 1 }
  chosen = var.size == "custom" ? local.sizes["custom"] : local.sizes["small"]
  count  = var.size == "none" ? 2 : 2
}

resource "google_redis_instance" "cache" {
  count          = local.count
  name           = "cache-${count.index}"
  memory_size_gb = local.chosen
}

resource "google_compute_firewall" "in" {
  name          = "in"
  network       = "quay"
  source_ranges = ["10.0.0.0/8"]
  target_tags   = try(module.tags.gone, ["harbor"])
  dynamic "allow" {
    for_each = var.rules
    content {
      protocol = local.gone
      ports    = each.value.ports
    }
  }
}

module "tags" {
  source = "./tags"
}
