var builder = WebApplication.CreateBuilder(args);
var app = builder.Build();
await app.RunAsync();

/// <summary>The composition root: what runs, and nothing else.</summary>
public partial class Program;
