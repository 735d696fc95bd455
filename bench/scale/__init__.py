"""What breaks first when captures come by the thousand."""
