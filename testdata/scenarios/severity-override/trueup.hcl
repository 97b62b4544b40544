severity "firewall-open-unnamed" {
  level = "off"
}
