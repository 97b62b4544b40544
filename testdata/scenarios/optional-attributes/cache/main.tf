variable "name" {}

variable "version_" {
  default  = "REDIS_6_X"
  nullable = false
}

variable "settings" {
  type = object({
    memory = number
    tier   = optional(string, "BASIC")
    labels = map(string)
    window = optional(object({ day = string, hour = number }))
    configs = list(object({ name = string, value = string }))
  })
}

resource "google_redis_instance" "this" {
  name           = var.name
  memory_size_gb = var.settings.memory
  tier           = var.settings.tier
  redis_version  = var.version_
  labels         = var.settings.labels
  redis_configs  = { for config in var.settings.configs : config.name => config.value }
  dynamic "maintenance_policy" {
    for_each = var.settings.window[*]
    content {
      weekly_maintenance_window {
        day = maintenance_policy.value.day
        start_time {
          hours = maintenance_policy.value.hour
        }
      }
    }
  }
}
