using Weir.Pipeline.Tests;
using Weir.Pipeline.Tests.Publishing;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

// The runner and, started with other arguments, the process that a test kills.
return args switch
{
    [KilledIngest.Verb, var directory, var kinesis] => await KilledIngest.RunAsync(directory, kinesis),
    _ when args.Any(a => a is "-automated" or "@@") => await ConsoleRunner.Run(args),
    _ => await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
};
