using Henge.Server;
using Henge.Server.Display;

return HengeCommand.Run(args, Terminal.OfProcess());
