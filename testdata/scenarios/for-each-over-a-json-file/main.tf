provider "google" {
  project = "pearl-lab"
  region  = "europe-north1"
}


locals {
  rules = jsondecode(file("${path.module}/rules.json"))
}

resource "google_compute_firewall" "rule" {
  for_each      = { for rule in local.rules : rule.name => rule if try(rule.enabled, true) }
  name          = "rule-${each.key}"
  network       = "projects/pearl-lab/global/networks/quay"
  priority      = lookup(each.value, "priority", 900)
  source_ranges = each.value.ranges
  target_tags   = try(each.value.tags, null)
  allow {
    protocol = each.value.protocol
    ports    = contains(keys(each.value), "ports") ? each.value.ports : []
  }
}

resource "google_compute_global_address" "name" {
  for_each = toset(concat(local.rules[*].name, ["front"]))
  name     = each.value
}
