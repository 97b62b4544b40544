variable "machine" {
  type = object({ type = string, maximum = number })
}

variable "prefix" {}

variable "connectors" {
  type = map(object({
    range   = string
    minimum = optional(number, 2)
  }))
}

module "connector" {
  source   = "./connector"
  for_each = var.connectors

  name    = "${var.prefix}-connector"
  machine = var.machine.type
  range   = each.value.range
  scale   = { minimum = each.value.minimum, maximum = var.machine.maximum }
}
