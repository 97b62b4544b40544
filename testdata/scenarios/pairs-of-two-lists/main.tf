provider "google" {
  project = "pearl-lab"
  region  = "europe-north1"
}


variable "networks" {
  default = {
    quay = { regions = ["europe-north1", "us-east4"], offset = 0 }
    pier = { regions = ["us-east4"], offset = 4 }
  }
}

locals {
  subnets = flatten([
    for network, settings in var.networks : [
      for index, region in settings.regions : {
        key     = "${network}/${region}"
        network = network
        region  = region
        range   = cidrsubnet("10.0.0.0/12", 8, settings.offset + index)
      }
    ]
  ])
  pairs = [for pair in setproduct(["a", "b"], ["x"]) : join("-", pair)]
  zones = { for pair in setproduct(keys(var.networks), ["icmp", "tcp"]) : "${pair[0]}:${pair[1]}" => pair }
}

resource "google_compute_subnetwork" "subnet" {
  for_each      = { for subnet in local.subnets : subnet.key => subnet }
  name          = replace(each.key, "/", "-")
  network       = each.value.network
  region        = each.value.region
  ip_cidr_range = each.value.range
}

resource "google_compute_global_address" "pair" {
  for_each    = toset(local.pairs)
  name        = each.key
  description = "${index(local.pairs, each.key) + 1} of ${length(local.pairs)}"
}

resource "google_compute_firewall" "zone" {
  for_each      = { for key, pair in local.zones : key => pair if pair[1] != "tcp" }
  name          = join("-", each.value)
  network       = each.value[0]
  source_ranges = sort([for subnet in local.subnets : subnet.range if subnet.network == each.value[0]])
  allow {
    protocol = each.value[1]
  }
}
