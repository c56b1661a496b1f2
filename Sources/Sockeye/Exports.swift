@_exported public import SockeyeSystem
