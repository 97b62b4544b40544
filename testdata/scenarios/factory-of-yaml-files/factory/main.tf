variable "folder" {
  type = string
}

variable "network" {
  type = string
}

variable "defaults" {
  type = object({
    region         = string
    private_access = optional(bool, false)
    purpose        = optional(string)
  })
}

locals {
  raw = {
    for file in try(fileset(pathexpand(var.folder), "**/*.yaml"), []) :
    trimsuffix(basename(file), ".yaml") => yamldecode(file("${pathexpand(var.folder)}/${file}"))
  }
  subnets = {
    for name, subnet in local.raw : name => merge(subnet, {
      name           = try(subnet.name, name)
      region         = try(subnet.region, var.defaults.region)
      description    = try(subnet.description, "made from ${name}.yaml")
      private_access = try(subnet.private_access, var.defaults.private_access)
      secondary      = try(subnet.secondary, null)
    })
  }
}

resource "google_compute_subnetwork" "subnet" {
  for_each                 = local.subnets
  name                     = each.value.name
  region                   = each.value.region
  network                  = var.network
  ip_cidr_range            = each.value.range
  description              = each.value.description
  private_ip_google_access = each.value.private_access
  purpose                  = var.defaults.purpose
  dynamic "secondary_ip_range" {
    for_each = each.value.secondary == null ? {} : each.value.secondary
    content {
      range_name    = secondary_ip_range.key
      ip_cidr_range = secondary_ip_range.value
    }
  }
}
