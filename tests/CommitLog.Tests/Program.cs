using System.Globalization;
using Weir.CommitLog.Tests;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

return args switch
{
    [KillChild.Verb, var directory, var round] => await KillChild.AppendForEverAsync(directory, int.Parse(round, CultureInfo.InvariantCulture)),
    _ when args.Any(a => a is "-automated" or "@@") => await ConsoleRunner.Run(args),
    _ => await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
};
