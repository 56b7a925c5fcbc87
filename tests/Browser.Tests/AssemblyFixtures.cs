[assembly: Xunit.AssemblyFixture(typeof(Weir.Browser.Tests.BrowserFixture))]
