provider "google" {
  project = "pearl-lab"
  region  = "europe-north1"
}


variable "caches" {
  type = map(object({
    memory = optional(number, 1)
    tier   = optional(string)
    labels = optional(map(string), { team = "harbor" })
    window = optional(object({
      day  = optional(string, "MONDAY")
      hour = optional(number, 3)
    }))
    configs = optional(list(object({
      name  = string
      value = optional(string, "on")
    })), [])
  }))
  nullable = false
  default  = {}
}

variable "version_of_all" {
  type     = string
  nullable = false
  default  = "REDIS_7_0"
}

module "cache" {
  source   = "./cache"
  for_each = var.caches
  name     = each.key
  settings = each.value
  version_ = null
}

resource "google_redis_instance" "plain" {
  name           = "plain"
  memory_size_gb = 1
  redis_version  = var.version_of_all
}
