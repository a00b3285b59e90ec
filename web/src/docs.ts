/* The interface as a page: Swagger UI over this server's own /openapi.json. Nothing is fetched from elsewhere. */
import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";
import styles from "swagger-ui-dist/swagger-ui.css?url";

const link = document.createElement("link");
link.rel = "stylesheet";
link.href = styles;
document.head.append(link);

SwaggerUI({ url: "/openapi.json", domNode: document.getElementById("docs"), deepLinking: true, docExpansion: "list", filter: true, validatorUrl: null });
