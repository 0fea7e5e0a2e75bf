using Pipeline.Policy.Configuration;

namespace Pipeline.Policy.Routers;

internal static class RouterProblems
{
    extension(DriverOptions options)
    {
        /// <summary>Reports something wrong with a router as a whole.</summary>
        public void ReportFor(string message) => options.Report($"error for {options.Name} router: {message}", "driver");
    }
}
