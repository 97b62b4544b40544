caches = {
  small = {}
  large = {
    memory = "5"
    tier   = "STANDARD_HA"
    labels = null
    window = { hour = 22 }
    configs = [{ name = "notify", value = "Kx" }, { name = "lazy" }]
    unused = "is left out"
  }
}
version_of_all = null
