namespace Weir.Dashboard;

/// <summary>The addresses of the pages. What a page shows beyond these stands in its view record.</summary>
public static class Links
{
    public const string Overview = "/";
    public const string Streams = "/streams";
    public const string Rules = "/rules";
    public const string RuleSets = "/rules/versions";
    public const string RulesReport = "/rules/report";
    public const string Records = "/records";
    public const string Consumers = "/consumers";
    public const string DeadLetters = "/dead-letters";
    public const string Audit = "/audit";
    public const string Access = "/access";
    public const string Reference = "/reference";
    public const string Setup = "/setup";
    public const string SignIn = "/sign-in";
    public const string Denied = "/denied";
    public const string Error = "/error";
    public const string NotFound = "/not-found";

    public static string Stream(string name) => $"{Streams}/{Uri.EscapeDataString(name)}";
}
